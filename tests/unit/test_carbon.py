"""Reading tables of carbon intensities, and planning what an import of them changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.carbon import Change, Intensity, plan_import, read_intensities, read_intensities_file
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing import read_table

HEADER = "Entity,Code,Year,co2_intensity__gco2_kwh\n"


def parse(text, header=HEADER):
    return read_intensities(read_table("owid.csv", (header + text).encode()))


def test_a_file_without_a_figure_says_why():
    assert read_intensities_file("owid.csv", f"{HEADER}Spain,ESP,2023,174.05\n".encode()).rows
    with pytest.raises(InvalidInputError, match=r"no figure of any country\. “Spa” is not"):
        read_intensities_file("owid.csv", f"{HEADER}Spain,Spa,2023,174.05\n".encode())
    with pytest.raises(InvalidInputError, match=r"no figure of any country\.$"):
        read_intensities_file("owid.csv", f"{HEADER}Europe,OWID_EUR,2023,300\n".encode())


def test_countries_and_the_world_are_read_and_groups_are_named():
    found = parse(
        "Spain,ESP,2023,174.05\nWorld,OWID_WRL,2024,473.0065\nKosovo,OWID_KOS,2023,900\n"
        "Europe,OWID_EUR,2023,300\nAsia,,2023,500\nAsia,,2022,500\n"
    )
    assert found.rows == (
        Intensity("ESP", "Spain", 2023, 174.05),
        Intensity("WORLD", "World", 2024, 473.0065),
        Intensity("XKX", "Kosovo", 2023, 900.0),
    )
    assert found.skipped == ("Europe", "Asia")
    assert found.problems == ()


@pytest.mark.parametrize(
    "header",
    [
        "entity;code;year;CO2_INTENSITY__GCO2_KWH\n",
        "Entity;Code;Year;Carbon intensity of electricity - gCO2/kWh\n",
        "name;iso3;year;intensity_g_per_kwh\n",
    ],
)
def test_other_headers_of_the_same_table_are_known(header):
    assert parse("Spain;ESP;2023;174.05\n", header).rows == (Intensity("ESP", "Spain", 2023, 174.05),)


def test_a_missing_column_is_named():
    with pytest.raises(InvalidInputError, match="Entity, Code, Year"):
        parse("Spain,ESP,2023,1\n", "Entity,Code,Year,other\n")


def test_an_empty_figure_is_no_row():
    assert parse("Spain,ESP,2023,\nFrance,FRA,2023,56\n").rows == (Intensity("FRA", "France", 2023, 56.0),)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("Spain,ES,2023,1", "Code", "three-letter code"),
        ("Spain,esp,2023,1", "Code", "three-letter code"),
        ("Spain,ESP,20x3,1", "Year", "not a year"),
        ("Spain,ESP,1066,1", "Year", "not a year"),
        ("Spain,ESP,2023,-1", "co2_intensity__gco2_kwh", "below 0"),
        ("Spain,ESP,2023,much", "co2_intensity__gco2_kwh", "not a number"),
        ("Spain,ESP,2023,10000", "co2_intensity__gco2_kwh", "must be below 10,000"),
    ],
)
def test_a_bad_row_is_reported_with_its_place_and_the_others_are_read(row, field, reason):
    found = parse(f"France,FRA,2023,56\n{row}\n")
    assert len(found.rows) == 1
    [problem] = found.problems
    assert (problem.line, problem.field) == (3, field)
    assert reason in problem.reason


def test_what_is_wrong_with_the_table_as_such_is_reported():
    """A comma for thousands makes two cells of one figure."""
    found = parse("Spain,ESP,2023,1,234\n")
    assert [(problem.line, problem.reason) for problem in found.problems] == [
        (2, "This row has more cells than there are column names.")
    ]


def test_a_country_without_a_name_is_called_by_its_code():
    found = parse(",ESP,2023,1\n,,2023,1\n")
    assert found.rows == (Intensity("ESP", "ESP", 2023, 1.0),)
    assert found.skipped == ()


def test_two_figures_for_one_year_are_a_problem_unless_they_agree():
    found = parse("Spain,ESP,2023,1\nSpain,ESP,2023,1\nSpain,ESP,2023,2\n")
    assert found.rows == (Intensity("ESP", "Spain", 2023, 1.0),)
    assert "another figure for 2023" in found.problems[0].reason


def test_a_plan_tells_additions_changes_and_the_same_apart():
    known = {("ESP", 2022): 180.0, ("ESP", 2023): 170.0}
    rows = [
        Intensity("ESP", "España", 2022, 180.0),
        Intensity("ESP", "España", 2023, 174.05),
        Intensity("ESP", "España", 2024, 150.0),
    ]
    plan = plan_import(known, {"ESP": "Spain"}, rows)
    assert plan.changed == (Change("ESP", "Spain", 2023, 170.0, 174.05),)
    assert plan.added == (Change("ESP", "Spain", 2024, None, 150.0),)
    assert plan.unchanged == 1
    assert plan.new_countries == ()


def test_a_known_country_keeps_even_an_empty_name():
    plan = plan_import({}, {"ESP": ""}, [Intensity("ESP", "Spain", 2023, 1.0)])
    assert plan.added == (Change("ESP", "", 2023, None, 1.0),)
    assert plan.new_countries == ()


def test_a_new_country_whose_name_is_taken_gets_its_code_behind_it():
    plan = plan_import({}, {"COG": "Congo"}, [Intensity("COD", "Congo", 2023, 1.0)])
    assert plan.new_countries == (("COD", "Congo (COD)"),)


codes = st.sampled_from(["ESP", "FRA", "DEU"])
rows = st.lists(st.builds(Intensity, codes, st.just("name"), st.integers(2000, 2003), st.floats(0, 1000)))


@given(rows)
def test_what_was_imported_is_not_changed_again(rows):
    unique = list({(row.iso3, row.year): row for row in rows}.values())
    plan = plan_import({}, {}, unique)
    known = {(c.iso3, c.year): c.after for c in plan.added}
    again = plan_import(known, dict(plan.new_countries), unique)
    assert (again.added, again.changed, again.unchanged) == ((), (), len(unique))
