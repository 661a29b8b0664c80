DROP INDEX "ledger_account_of_owner";--> statement-breakpoint
DROP INDEX "ledger_hold_expiry";--> statement-breakpoint
CREATE INDEX "ledger_account_of_owner" ON "ledger_account" USING btree ("owner_id","tenant_id","id");--> statement-breakpoint
CREATE INDEX "ledger_hold_expiry" ON "ledger_hold" USING btree ("expires_at","tenant_id");