"""What participants are given: rules, points ledger, prizes in stock, budget, shipping."""
