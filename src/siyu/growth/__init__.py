"""Growth of an audience: ladder, flywheel, funnel, ways in, life of groups."""
