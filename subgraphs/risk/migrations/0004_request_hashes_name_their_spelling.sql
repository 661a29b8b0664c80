-- The hash of a registration gained a first line that names its spelling: without this, one that is sent again under its
-- key, as the demo's are at every start, would be taken for another.
update "user" set request_hash =
  encode(sha256(convert_to(concat_ws(E'\n', 'v1', display_name, array_to_string(roles, E'\n')), 'UTF8')), 'hex');
