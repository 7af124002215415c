#!/usr/bin/env python3
"""How much memory a guest may have, by its tenant: a policy for `hookbridge decide --exec`.

    hookbridge decide --rule memory --exec memory-per-tenant.py tenants.json

The tenant stands in the domain's metadata, where whoever defines guests writes it:

    <metadata>
      <tenant:info xmlns:tenant="https://example.org/tenant"><tenant:name>acme</tenant:name></tenant:info>
    </metadata>

tenants.json has GiB for one guest of each, and "*" for whoever has no entry or no name: {"acme": 64, "*": 8}
"""

import json
import sys
import xml.etree.ElementTree as ElementTree

NAME = "metadata/{https://example.org/tenant}info/{https://example.org/tenant}name"
GIB = 1 << 20  # KiB


def tenant(xml):
    """The tenant's name, empty when there is none. What may have been written by anybody is read with care."""
    if "<!DOCTYPE" in xml:
        raise ValueError("the XML declares a document type, which libvirt's never does")
    return (ElementTree.fromstring(xml).findtext(NAME) or "").strip()


def decide(event, limits):
    """The reason of a veto, or None."""
    domain = event["data"].get("domain")
    if domain is None:
        return None  # a network, or a call without XML
    name = tenant(event["data"].get("xml", "<domain/>"))
    limit = limits.get(name, limits.get("*"))
    if limit is None:
        return f"tenant '{name}' may run nothing here"
    if domain["memoryKiB"] > limit * GIB:
        return f"{domain['memoryKiB'] / GIB:.1f} GiB wanted, tenant '{name}' may have {limit} for a guest"
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        limits = json.load(file)
    return decide(json.load(sys.stdin), limits)


if __name__ == "__main__":
    try:
        reason = main()
    except Exception as failure:  # Python would exit with 1, and that is a veto
        print(repr(failure), file=sys.stderr)
        sys.exit(3)
    if reason is not None:
        print(reason, file=sys.stderr)
        sys.exit(1)
