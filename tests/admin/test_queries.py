"""How much the management pages ask of the database."""

import pytest

PAGES = {
    "/admin/": 6,
    "/admin/schemes/": 4,
    "/admin/schemes/1": 8,
    "/admin/schemes/1/effect": 8,
    "/admin/information/": 4,
    "/admin/information/1": 8,
    "/admin/catalogue/labels/": 5,
    "/admin/catalogue/models/": 4,
    "/admin/catalogue/countries/": 4,
    "/admin/tools/": 5,
    "/admin/tools/1": 10,
    "/admin/carbon/": 4,
    "/admin/carbon/countries/ESP": 5,
    "/admin/carbon/import": 3,
    "/admin/settings": 3,
    "/admin/connectors/": 7,
    "/admin/catalogue/hardware/": 4,
    "/admin/users/": 4,
    "/admin/audit/": 5,
}


@pytest.mark.parametrize("address", PAGES)
def test_page_answers_within_its_number_of_queries(admin, statements, address):
    admin.get(address)
    statements.clear()
    assert admin.get(address).status == 200
    assert len(statements) <= PAGES[address], statements
