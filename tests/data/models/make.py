"""Writes the model files of this folder with real libraries, and what these say of them to truth.json.

Run in an environment with torch 2.13.0, safetensors 0.8.0, onnx 1.23.2 and onnxscript 0.7.2:
python make.py
"""

import json
import shutil
import zipfile
from collections import OrderedDict
from pathlib import Path

import onnx
import safetensors.torch as st
import torch
from onnx import TensorProto, helper
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

HERE = Path(__file__).parent
TRUTH: dict[str, dict[str, object]] = {}
torch.manual_seed(0)


class Tied(nn.Module):
    """Two layers with one weight, as in a language model whose output layer is its embedding."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 8)
        self.middle = nn.Linear(8, 8)
        self.head = nn.Linear(8, 30, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens):
        return self.head(torch.relu(self.middle(self.embedding(tokens))))


class Attending(nn.Module):
    """Attention with products of activations, which are operations without parameters."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(8, 8) for _ in range(3))

    def forward(self, x):
        scores = torch.softmax(self.query(x) @ self.key(x).transpose(-1, -2), dim=-1)
        return scores @ self.value(x)


def convolutional():
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(3, 6, 3, stride=2, padding=1),
            norm=nn.BatchNorm2d(6),
            act=nn.ReLU(),
            grouped=nn.Conv2d(6, 12, 3, groups=3),
            up=nn.ConvTranspose2d(12, 4, 2, stride=2),
            pool=nn.AdaptiveAvgPool2d(1),
            flat=nn.Flatten(),
            head=nn.Linear(4, 5),
        )
    ).eval()


def count(model):
    return sum(p.numel() for p in model.parameters())


def flops(model, *inputs):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(*inputs)
    return counter.get_total_flops()


def note(name, parameters, data_types, operations=None):
    """Keep what is true of a file or folder."""
    TRUTH[name] = {
        "parameters": parameters,
        "data_types": data_types,
        "operations": operations,
    }


def safetensors_files():
    tied, conv = Tied(), convolutional()
    st.save_model(tied, str(HERE / "tied.safetensors"))
    note("tied.safetensors", count(tied), {"float32": count(tied)})
    st.save_file(conv.state_dict(), HERE / "conv.safetensors", metadata={"format": "pt"})
    note("conv.safetensors", count(conv), {"float32": count(conv)})
    for kind, name in ((torch.float16, "float16"), (torch.bfloat16, "bfloat16")):
        st.save_file(nn.Linear(16, 4).to(kind).state_dict(), HERE / f"{name}.safetensors")
        note(f"{name}.safetensors", 68, {name: 68})
    eight = torch.randn(8, 8).to(torch.float8_e4m3fn)
    mixed = {"a.weight": eight, "a.scale": torch.ones(1), "a.mask": torch.ones(3, dtype=torch.bool)}
    st.save_file(mixed, HERE / "mixed.safetensors")
    note("mixed.safetensors", 65, {"float8_e4m3fn": 64, "float32": 1})


def sharded():
    state = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 2)).state_dict()
    names = sorted(state)
    for folder in ("sharded", "sharded-without-index"):
        (HERE / folder).mkdir(exist_ok=True)
        for number, part in enumerate((names[:2], names[2:4], names[4:]), 1):
            file = HERE / folder / f"model-{number:05}-of-00003.safetensors"
            st.save_file({name: state[name] for name in part}, file, metadata={"format": "pt"})
        note(folder, 162, {"float32": 162})
    shard = {name: f"model-{1 + i // 2:05}-of-00003.safetensors" for i, name in enumerate(names)}
    index = {"metadata": {"total_size": 648}, "weight_map": shard}
    (HERE / "sharded" / "model.safetensors.index.json").write_text(json.dumps(index))
    several = HERE / "several-formats"
    several.mkdir(exist_ok=True)
    model = nn.Linear(6, 3)
    st.save_file(model.state_dict(), several / "model.safetensors")
    torch.save(model.state_dict(), several / "pytorch_model.bin")
    torch.save(torch.optim.Adam(model.parameters()).state_dict(), several / "optimizer.pt")
    onnx_export(model, torch.randn(1, 6), several / "model.onnx", False)
    (several / "config.json").write_text("{}")
    note("several-formats", 21, {"float32": 21})
    folder = HERE / "sharded-pytorch"
    folder.mkdir(exist_ok=True)
    for number, part in enumerate((names[:3], names[3:]), 1):
        file = folder / f"pytorch_model-{number:05}-of-00002.bin"
        torch.save({name: state[name].clone() for name in part}, file)
    note("sharded-pytorch", 162, {"float32": 162})


def pytorch_files():
    tied, conv = Tied(), convolutional()
    torch.save(tied.state_dict(), HERE / "tied.pth")
    note("tied.pth", count(tied), {"float32": count(tied)})
    torch.save(tied.state_dict(), HERE / "tied-legacy.pth", _use_new_zipfile_serialization=False)
    note("tied-legacy.pth", count(tied), {"float32": count(tied)})
    torch.save(conv, HERE / "whole-module.pt")
    note("whole-module.pt", count(conv), {"float32": count(conv)})
    # This container keeps the classes' source and where it lay, which differs between machines.
    torch.serialization.get_source_lines_and_file = lambda _: (["source"], 1, "module.py")
    torch.save(conv, HERE / "whole-module-legacy.pt", _use_new_zipfile_serialization=False, pickle_protocol=4)
    note("whole-module-legacy.pt", count(conv), {"float32": count(conv)})
    optimizer = torch.optim.AdamW(tied.parameters())
    tied(torch.tensor([[1, 2]])).sum().backward()
    optimizer.step()
    for key in ("model_state_dict", "state_dict", "model"):
        checkpoint = {
            "epoch": 3,
            "optimizer_state_dict": optimizer.state_dict(),
            key: tied.state_dict(),
            "loss": torch.tensor(0.5),
        }
        torch.save(checkpoint, HERE / f"checkpoint-{key}.pt")
        note(f"checkpoint-{key}.pt", count(tied), {"float32": count(tied)})
    torch.save({"net": tied.state_dict(), "optim": optimizer.state_dict()}, HERE / "checkpoint-other.pt")
    note("checkpoint-other.pt", count(tied), {"float32": count(tied)})
    state = {
        "weight": torch.quantize_per_tensor(torch.randn(6, 8), 0.1, 0, torch.qint8),
        "channels": torch.quantize_per_channel(
            torch.randn(4, 2), torch.ones(4), torch.zeros(4), 0, torch.qint8
        ),
        "bias": torch.randn(6),
        "steps": torch.tensor(7),
    }
    torch.save(state, HERE / "int8.pt")
    note("int8.pt", 62, {"int8": 56, "float32": 6})
    base = torch.randn(12, 12)
    views = {
        "whole": base,
        "first": base[:4],
        "column": base[:, 3],
        "turned": base.t(),
        "wide": torch.ones(1).expand(50),
        "middle": torch.randn(10, 9)[:, 3:6],
        "float8": torch.randn(4).to(torch.float8_e5m2),
        "half": nn.Parameter(torch.randn(3).half()),
    }
    torch.save(views, HERE / "views.pt")
    note("views.pt", 144 + 1 + 30 + 4 + 3, {"float32": 175, "float8_e5m2": 4, "float16": 3})


def without_traces(path):
    """Leave out of an archive where the traced code lay."""
    with zipfile.ZipFile(path) as archive:
        entries = [
            (name, archive.read(name)) for name in archive.namelist() if not name.endswith(".debug_pkl")
        ]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data)


def torchscript_files():
    conv, tied = convolutional(), Tied().eval()
    traced = torch.jit.trace(conv, torch.randn(1, 3, 12, 12))
    traced.save(str(HERE / "conv-torchscript.pt"))
    without_traces(HERE / "conv-torchscript.pt")
    note("conv-torchscript.pt", count(conv), {"float32": count(conv)})
    scripted = torch.jit.script(tied)
    scripted.save(str(HERE / "tied-torchscript.pt"))
    without_traces(HERE / "tied-torchscript.pt")
    note("tied-torchscript.pt", count(tied), {"float32": count(tied)})
    frozen = torch.jit.freeze(torch.jit.script(nn.Linear(4, 3).eval()))
    frozen.save(str(HERE / "frozen-torchscript.pt"))
    without_traces(HERE / "frozen-torchscript.pt")
    note("frozen-torchscript.pt", 15, {"float32": 15})


def onnx_export(model, inputs, path, dynamo, sizes=True, **more):
    """Export a model; the older exporter leaves out the sizes between layers, which `sizes` adds."""
    with torch.no_grad():
        torch.onnx.export(model.eval(), (inputs,), str(path), dynamo=dynamo, verbose=False, **more)
    written = onnx.load(path)
    for part in (*written.graph.node, *written.graph.value_info, *written.graph.input, *written.graph.output):
        del part.metadata_props[:]  # traces of where the exporter ran
    onnx.save(onnx.shape_inference.infer_shapes(written) if sizes and not dynamo else written, path)


def onnx_files():
    for dynamo, name in ((True, "dynamo"), (False, "torchscript")):
        conv, attending = convolutional(), Attending()
        images, words = torch.randn(1, 3, 12, 12), torch.randn(1, 5, 8)
        more = (
            {"external_data": False, "optimize": False}
            if dynamo
            else {
                "training": torch.onnx.TrainingMode.PRESERVE,
                "do_constant_folding": False,
            }
        )
        onnx_export(conv, images, HERE / f"conv-{name}.onnx", dynamo, **more)
        note(f"conv-{name}.onnx", count(conv), {"float32": count(conv)}, flops(conv, images))
        more = {"external_data": False} if dynamo else {"sizes": False}
        onnx_export(attending, words, HERE / f"attention-{name}.onnx", dynamo, **more)
        operations = flops(attending, words) if dynamo else None
        note(f"attention-{name}.onnx", count(attending), {"float32": count(attending)}, operations)
    linear = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2))
    several = torch.randn(3, 6)
    onnx_export(
        linear,
        several,
        HERE / "free-batch.onnx",
        False,
        input_names=["x"],
        output_names=["y"],
        dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}},
    )
    note("free-batch.onnx", count(linear), {"float32": count(linear)}, flops(linear, several[:1]))
    folder = HERE / "onnx-external"
    folder.mkdir(exist_ok=True)
    onnx_export(linear, several[:1], HERE / "scratch.onnx", False)
    model = onnx.load(HERE / "scratch.onnx")
    (HERE / "scratch.onnx").unlink()
    onnx.save(
        model, folder / "model.onnx", save_as_external_data=True, location="model.onnx_data", size_threshold=0
    )
    note("onnx-external", count(linear), {"float32": count(linear)}, flops(linear, several[:1]))
    kinds = {
        "float16": (TensorProto.FLOAT16, [0.5] * 6),
        "bfloat16": (TensorProto.BFLOAT16, [0.5] * 6),
        "int8": (TensorProto.INT8, [1] * 6),
        "int4": (TensorProto.INT4, [1] * 6),
        "float64": (TensorProto.DOUBLE, [0.5] * 6),
    }
    initializers = [helper.make_tensor(name, kind, [2, 3], values) for name, (kind, values) in kinds.items()]
    initializers.append(helper.make_tensor("shape", TensorProto.INT64, [2], [3, 2]))
    initializers.append(helper.make_tensor("names", TensorProto.STRING, [2], [b"a", b"b"]))
    constant = helper.make_node(
        "Constant", [], ["c"], value=helper.make_tensor("c", TensorProto.FLOAT, [5], [1.0] * 5)
    )
    y = helper.make_tensor_value_info("c", TensorProto.FLOAT, [5])
    graph = helper.make_graph([constant], "kinds", [], [y], initializers)
    onnx.save(helper.make_model(graph), HERE / "kinds.onnx")
    note("kinds.onnx", 35, {**dict.fromkeys(kinds, 6), "float32": 5})


if __name__ == "__main__":
    for old in HERE.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        elif old.suffix != ".py":
            old.unlink()
    safetensors_files()
    pytorch_files()
    torchscript_files()
    sharded()
    onnx_files()
    (HERE / "truth.json").write_text(json.dumps(TRUTH, indent=1, sort_keys=True) + "\n")
