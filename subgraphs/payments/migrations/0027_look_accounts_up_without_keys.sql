ALTER TABLE "payment" DROP CONSTRAINT "payment_source";
--> statement-breakpoint
ALTER TABLE "payment" DROP CONSTRAINT "payment_destination";
--> statement-breakpoint
ALTER TABLE "remittance" DROP CONSTRAINT "remittance_source";
--> statement-breakpoint
ALTER TABLE "unapplied_case" DROP CONSTRAINT "unapplied_case_wallet";
--> statement-breakpoint
ALTER TABLE "unapplied_money" DROP CONSTRAINT "unapplied_money_account";
--> statement-breakpoint
-- What foreign keys to accounts said, without what they cost each transfer.
CREATE TRIGGER "payment_source" BEFORE INSERT OR UPDATE OF "tenant_id", "source_account_id" ON "payment"
  FOR EACH ROW EXECUTE FUNCTION refuse_unknown_account('source_account_id');
--> statement-breakpoint
CREATE TRIGGER "payment_destination" BEFORE INSERT OR UPDATE OF "tenant_id", "destination_account_id" ON "payment"
  FOR EACH ROW EXECUTE FUNCTION refuse_unknown_account('destination_account_id');
--> statement-breakpoint
CREATE TRIGGER "remittance_source" BEFORE INSERT OR UPDATE OF "tenant_id", "source_account_id" ON "remittance"
  FOR EACH ROW EXECUTE FUNCTION refuse_unknown_account('source_account_id');
--> statement-breakpoint
CREATE TRIGGER "unapplied_case_wallet" BEFORE INSERT OR UPDATE OF "tenant_id", "wallet_id" ON "unapplied_case"
  FOR EACH ROW EXECUTE FUNCTION refuse_unknown_account('wallet_id');
--> statement-breakpoint
CREATE TRIGGER "unapplied_money_account" BEFORE INSERT OR UPDATE OF "tenant_id", "account_id" ON "unapplied_money"
  FOR EACH ROW EXECUTE FUNCTION refuse_unknown_account('account_id');
