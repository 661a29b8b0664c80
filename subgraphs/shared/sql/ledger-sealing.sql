-- Version 1.

-- Number and hash of a tenant's transfers of the transactions after one up to and including another, chained to the hash
-- before them (src/ledger/seal.ts). The only place that says what a transfer's bytes are: its text, which tells nulls from
-- empty ones and quotes what stands between. A change of it breaks the seals of every ledger, so it stays.
create or replace function ledger_digest(
  p_tenant text, p_after bigint, p_last bigint, p_previous bytea, out row_count int, out hash bytea
) language plpgsql stable
-- The text of a time depends on the first two. Without the third, the whole table is read where little is known of it.
set timezone = 'UTC' set datestyle = 'ISO, YMD' set enable_seqscan = off
as $$
begin
  select count(*), sha256(p_previous || coalesce(string_agg(sha256(convert_to(row(
      t.tenant_id, t.id, t.request_hash, t.kind, t.refusal, t.debit_number, t.credit_number, t.amount_minor, t.currency,
      t.reference, t.subject_id, t.expires_at, t.debit_sequence, t.credit_sequence, t.debit_balance_minor,
      t.credit_balance_minor, t.decided_at, t.xid)::text, 'UTF8')), '' order by t.xid, t.id), ''))
    into row_count, hash
    from ledger_transfer t
    -- By no index of the tenant's, which would be all of its transfers.
    where t.xid > p_after and t.xid <= p_last and t.tenant_id || '' = p_tenant;
end
$$;
