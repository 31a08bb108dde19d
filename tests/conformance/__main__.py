"""Write examples/*/CONFORMANCE.md and the READMEs' cost tables, and say how much is met: `python -m tests.conformance`."""

from tests.conformance import costs, elsewhere, tables

graphs = tables.recorded()
total = found = 0
for example in tables.EXAMPLES:
    rows = [row for row in tables.requirements() if row.example == example]
    held = [row for row in rows if tables.met(row, graphs)]
    tables.path(example).write_text(tables.table(example, graphs), encoding="utf-8")
    costs.readme(example).write_text(costs.renewed(example, graphs), encoding="utf-8")
    print(f"{example}: {len(held)} of {len(rows)} met")
    for row in rows:
        if row not in held:
            print(f"  open: {row.name} {row.says}: {row.open or 'not as asked'}")
    total, found = total + len(rows), found + len(held)
print(f"{found} of {total} met")

placed: dict[str, bool] = {}
for pointer in elsewhere.pointers():
    placed[pointer.name] = placed.get(pointer.name, True) and not pointer.missing()
    if problem := pointer.missing():
        print(f"  open: {pointer.name}: {problem}")
print(f"{sum(placed.values())} of {len(placed)} on pipelines, application and operation met")
