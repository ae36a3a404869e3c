"""The KPIs, three to six kindred ones in a module. Importing a module registers its KPIs."""
