-- From 0004_routing_policies.py, sha256 a950bef257f8b82708bef8ef456ab906191e4d1a95ceb2055525a135a666c37d; `hejie makemigrations` writes it anew.
--
-- Create model CountyBoundary
--
CREATE TABLE "county_boundary" (
    "code" VARCHAR(12) NOT NULL  PRIMARY KEY,
    "name" VARCHAR(64) NOT NULL,
    "shape" BYTEA NOT NULL,
    "source" VARCHAR(128) NOT NULL,
    "imported_at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "county_boundary" IS 'Where a county ends. Optional: without any row, distance and the names of divisions decide.';
--
-- Create model RoutingPolicy
--
CREATE TABLE "routing_policy" (
    "version" INT NOT NULL  PRIMARY KEY,
    "name" VARCHAR(64) NOT NULL,
    "text" TEXT NOT NULL,
    "effective_from" TIMESTAMPTZ NOT NULL,
    "added_at" TIMESTAMPTZ NOT NULL,
    "withdrawn_at" TIMESTAMPTZ
);
COMMENT ON TABLE "routing_policy" IS 'One version of the routing policy. Rows are added and withdrawn, never changed.';
