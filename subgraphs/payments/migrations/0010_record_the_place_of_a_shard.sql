CREATE TABLE "ledger_shard" (
	"is_only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"place" integer NOT NULL,
	"shards" integer NOT NULL,
	CONSTRAINT "ledger_shard_only" CHECK ("ledger_shard"."is_only"),
	CONSTRAINT "ledger_shard_place" CHECK (0 <= "ledger_shard"."place" and "ledger_shard"."place" < "ledger_shard"."shards")
);
