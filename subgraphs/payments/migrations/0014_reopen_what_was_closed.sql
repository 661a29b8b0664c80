-- A closed account is history: its owner may have another wallet in that currency, and the operator another account for
-- that purpose. The two indexes are declared nowhere else (see 0003).
DROP INDEX "ledger_account_one_wallet_each";
--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_account_one_wallet_each" ON "ledger_account" USING btree ("tenant_id","owner_id","currency") WHERE "ledger_account"."purpose" = 'WALLET' and "ledger_account"."status" <> 'CLOSED';
--> statement-breakpoint
DROP INDEX "ledger_account_one_for_each_purpose";
--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_account_one_for_each_purpose" ON "ledger_account" USING btree ("tenant_id","purpose","currency") WHERE "ledger_account"."owner_id" is null and "ledger_account"."status" <> 'CLOSED';
