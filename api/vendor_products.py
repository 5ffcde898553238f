"""Vendor products over HTTP: what of a service is from whom, for what, and by which contract."""

from __future__ import annotations

from flask import Response, request

from api import examples_of_vendor_products as examples
from api.asking import current_caller
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.service import current_service
from api.services import BOARD, WRITERS
from api.strict_schema import load
from api.vendor_product_schemas import (
    NewVendorProductSchema,
    VendorProductSchema,
    VendorProductsSchema,
)
from model import json_text
from model.database import Session
from model.moment import rfc3339
from model.vendor_products import (
    ProductChange,
    VendorProduct,
    end_product,
    products_of,
    put_product,
)
from rules.errors import UnknownRecord

vendor_products = Noun("vendor-products", "Products of vendors that are part of services")


@vendor_products.route(
    "GET",
    "/api/v1/services/<key:key>/products",
    access=BOARD,
    answers=Answers(200, VendorProductsSchema, examples.PRODUCTS),
    fails=(UnknownRecord,),
)
def list_vendor_products(key: str) -> Response:
    """List the vendor products of a service, by their keys."""
    with current_service().database.reading() as session:
        shown = [_shown(each) for each in products_of(session, key)]
    return ok(json_text.dumps({"service": key, "products": shown}))


@vendor_products.route(
    "PUT",
    "/api/v1/services/<key:key>/products/<key:product>",
    access=WRITERS,
    takes=Takes(NewVendorProductSchema, examples.NEW_PRODUCTS),
    answers=Answers(200, VendorProductSchema, examples.PRODUCT),
    fails=(UnknownRecord,),
)
def write_vendor_product(key: str, product: str) -> Response:
    """Make a vendor's product part of a service, or change what is said of it.

    How the vendor performs is measured at the contract, and reviewed with it.
    """
    service, new = current_service(), load(NewVendorProductSchema, read_json(request))
    change = ProductChange(new["name"], new["vendor"], tuple(new["meets"]), new["agreement"])
    by, moment = new.get("by") or current_caller().name, service.moment()

    def work(session: Session) -> str:
        return json_text.dumps(_shown(put_product(session, key, product, change, by, moment.now)))

    return ok(service.database.write(work))


@vendor_products.route(
    "DELETE",
    "/api/v1/services/<key:key>/products/<key:product>",
    access=WRITERS,
    answers=Answers(200, VendorProductSchema, examples.PRODUCT),
    fails=(UnknownRecord,),
)
def delete_vendor_product(key: str, product: str) -> Response:
    """Say that a vendor's product is no part of a service any more; its timeline keeps it."""
    service, by = current_service(), current_caller().name
    now = service.moment().now

    def work(session: Session) -> str:
        return json_text.dumps(_shown(end_product(session, key, product, by, now)))

    return ok(service.database.write(work))


def _shown(product: VendorProduct) -> dict[str, object]:
    agreement = product.agreement
    return {
        "key": product.key,
        "name": product.name,
        "vendor": product.vendor,
        "meets": list(product.requirements),
        "strategy_version": product.strategy_version,
        "agreement": {"id": agreement.id, "name": agreement.name} if agreement else None,
        "changed_by": product.changed_by,
        "changed_at": rfc3339(product.changed_at),
    }
