"""ONNX files written field by field, so that any of them can be wrong."""


def varint(value: int) -> bytes:
    """Encode a whole number, a negative one as 64 bits."""
    value %= 2**64
    encoded = b""
    while value > 0x7F:
        encoded += bytes([value & 0x7F | 0x80])
        value >>= 7
    return encoded + bytes([value])


def field(number: int, value: int | str | bytes) -> bytes:
    """Encode a field with a number, a text or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name="w", dims=(2, 3), code=1, raw=24, more=b"") -> bytes:
    """Encode a TensorProto; without `raw` it has no data in it."""
    data = b"" if raw is None else field(9, bytes(raw))
    return b"".join(field(1, d) for d in dims) + field(2, code) + field(8, name) + data + more


def external(name, dims, **entries) -> bytes:
    """Encode a TensorProto with its data in another file."""
    places = [field(13, field(1, key) + field(2, str(value))) for key, value in entries.items()]
    return tensor(name, dims, raw=None, more=b"".join(places) + field(14, 1))


def value_info(name, *sizes) -> bytes:
    """Encode a ValueInfoProto; a size may be a number, a name, or None if it is not said."""
    dims = (b"" if size is None else field(1 if isinstance(size, int) else 2, size) for size in sizes)
    shape = b"".join(field(1, dim) for dim in dims)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))


def node(operator, inputs=(), outputs=(), domain="", attributes=()) -> bytes:
    """Encode a NodeProto."""
    names = b"".join([field(1, name) for name in inputs] + [field(2, name) for name in outputs])
    extra = field(7, domain) if domain else b""
    return names + field(4, operator) + extra + b"".join(field(5, a) for a in attributes)


def graph(nodes=(), tensors=(), inputs=(), outputs=(), values=(), more=b"") -> bytes:
    """Encode a GraphProto."""
    parts = [(1, nodes), (5, tensors), (11, inputs), (12, outputs), (13, values)]
    return b"".join(field(number, part) for number, group in parts for part in group) + more


def model(*args, **kwargs) -> bytes:
    """Encode a ModelProto around one graph."""
    return field(1, 8) + field(2, "tests") + field(7, graph(*args, **kwargs))
