CREATE TABLE "sanctions_word" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"version" integer NOT NULL,
	"word" text NOT NULL,
	"entry_count" integer NOT NULL,
	CONSTRAINT "sanctions_word_key" PRIMARY KEY("tenant_id","version","word")
);
--> statement-breakpoint
ALTER TABLE "sanctions_word" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sanctions_name" ADD COLUMN "is_weak" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sanctions_word" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));