-- Addresses and ids as text, and back.
--
-- An address is shown as base32 of its 32 bytes and a checksum: the last four bytes of their SHA-512/256, which
-- PostgreSQL does not have (sha512() starts from other values), so it is written out here: FIPS 180-4, 6.4 and 6.7.

-- Sums modulo 2^64 in two halves: bigint addition stops at an overflow.
create function chain.sha512_256(message bytea) returns bytea language plpgsql immutable strict parallel safe as $$
declare
  k constant bigint[] := array[
    4794697086780616226, 8158064640168781261, -5349999486874862801, -1606136188198331460, 4131703408338449720, 6480981068601479193, -7908458776815382629, -6116909921290321640,
    -2880145864133508542, 1334009975649890238, 2608012711638119052, 6128411473006802146, 8268148722764581231, -9160688886553864527, -7215885187991268811, -4495734319001033068,
    -1973867731355612462, -1171420211273849373, 1135362057144423861, 2597628984639134821, 3308224258029322869, 5365058923640841347, 6679025012923562964, 8573033837759648693,
    -7476448914759557205, -6327057829258317296, -5763719355590565569, -4658551843659510044, -4116276920077217854, -3051310485924567259, 489312712824947311, 1452737877330783856,
    2861767655752347644, 3322285676063803686, 5560940570517711597, 5996557281743188959, 7280758554555802590, 8532644243296465576, -9096487096722542874, -7894198246740708037,
    -6719396339535248540, -6333637450476146687, -4446306890439682159, -4076793802049405392, -3345356375505022440, -2983346525034927856, -860691631967231958, 1182934255886127544,
    1847814050463011016, 2177327727835720531, 2830643537854262169, 3796741975233480872, 4115178125766777443, 5681478168544905931, 6601373596472566643, 7507060721942968483,
    8399075790359081724, 8693463985226723168, -8878714635349349518, -8302665154208450068, -8016688836872298968, -6606660893046293015, -4685533653050689259, -4147400797238176981,
    -3880063495543823972, -3348786107499101689, -1523767162380948706, -757361751448694408, 500013540394364858, 748580250866718886, 1242879168328830382, 1977374033974150939,
    2944078676154940804, 3659926193048069267, 4368137639120453308, 4836135668995329356, 5532061633213252278, 6448918945643986474, 6902733635092675308, 7801388544844847127];
  low constant bigint := 4294967295;
  h bigint[] := array[
    2463787394917988140, -6965556091613846334, 2563595384472711505, -7622211418569250115,
    -7626776825740460061, -4729309413028513390, 3098927326965381290, 1060366662362279074];
  w bigint[] := array_fill(0::bigint, array[80]);
  a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; g bigint; i bigint;
  t bigint; u bigint; x bigint; y bigint; lo bigint;
  padded bytea;
  result bytea := '';
begin
  padded := message || '\x80'::bytea
    || decode(repeat('00', ((111 - octet_length(message) % 128 + 128) % 128) + 8), 'hex') || int8send(octet_length(message) * 8);
  for block in 0 .. octet_length(padded) / 128 - 1 loop
    for j in 1 .. 16 loop
      w[j] := ('x' || encode(substr(padded, block * 128 + j * 8 - 7, 8), 'hex'))::bit(64)::bigint;
    end loop;
    for j in 17 .. 80 loop
      x := w[j - 15];
      y := w[j - 2];
      t := (((x >> 1) & 9223372036854775807) | (x << 63)) # (((x >> 8) & 72057594037927935) | (x << 56)) # ((x >> 7) & 144115188075855871);
      u := (((y >> 19) & 35184372088831) | (y << 45)) # (((y >> 61) & 7) | (y << 3)) # ((y >> 6) & 288230376151711743);
      x := w[j - 16];
      y := w[j - 7];
      lo := (t & low) + (u & low) + (x & low) + (y & low);
      w[j] := (((t >> 32) + (u >> 32) + (x >> 32) + (y >> 32) + (lo >> 32)) << 32) | (lo & low);
    end loop;
    a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5]; f := h[6]; g := h[7]; i := h[8];
    for j in 1 .. 80 loop
      t := (((e >> 14) & 1125899906842623) | (e << 50)) # (((e >> 18) & 70368744177663) | (e << 46)) # (((e >> 41) & 8388607) | (e << 23));
      u := (e & f) # (~e & g);
      x := k[j];
      y := w[j];
      lo := (i & low) + (t & low) + (u & low) + (x & low) + (y & low);
      x := (((i >> 32) + (t >> 32) + (u >> 32) + (x >> 32) + (y >> 32) + (lo >> 32)) << 32) | (lo & low);
      t := (((a >> 28) & 68719476735) | (a << 36)) # (((a >> 34) & 1073741823) | (a << 30)) # (((a >> 39) & 33554431) | (a << 25));
      u := (a & b) # (a & c) # (b & c);
      i := g; g := f; f := e;
      lo := (d & low) + (x & low);
      e := (((d >> 32) + (x >> 32) + (lo >> 32)) << 32) | (lo & low);
      d := c; c := b; b := a;
      lo := (x & low) + (t & low) + (u & low);
      a := (((x >> 32) + (t >> 32) + (u >> 32) + (lo >> 32)) << 32) | (lo & low);
    end loop;
    lo := (h[1] & low) + (a & low); h[1] := (((h[1] >> 32) + (a >> 32) + (lo >> 32)) << 32) | (lo & low);
    lo := (h[2] & low) + (b & low); h[2] := (((h[2] >> 32) + (b >> 32) + (lo >> 32)) << 32) | (lo & low);
    lo := (h[3] & low) + (c & low); h[3] := (((h[3] >> 32) + (c >> 32) + (lo >> 32)) << 32) | (lo & low);
    lo := (h[4] & low) + (d & low); h[4] := (((h[4] >> 32) + (d >> 32) + (lo >> 32)) << 32) | (lo & low);
    lo := (h[5] & low) + (e & low); h[5] := (((h[5] >> 32) + (e >> 32) + (lo >> 32)) << 32) | (lo & low);
    lo := (h[6] & low) + (f & low); h[6] := (((h[6] >> 32) + (f >> 32) + (lo >> 32)) << 32) | (lo & low);
    lo := (h[7] & low) + (g & low); h[7] := (((h[7] >> 32) + (g >> 32) + (lo >> 32)) << 32) | (lo & low);
    lo := (h[8] & low) + (i & low); h[8] := (((h[8] >> 32) + (i >> 32) + (lo >> 32)) << 32) | (lo & low);
  end loop;
  for j in 1 .. 4 loop
    result := result || int8send(h[j]);
  end loop;
  return result;
end $$;
comment on function chain.sha512_256 is 'SHA-512/256, Algorand''s hash (FIPS 180-4)';

create function chain.base32(v bytea) returns text language sql immutable strict parallel safe as $$
  select coalesce(string_agg(substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
    1 + ((((get_byte(p, i * 5 / 8) << 8) | get_byte(p, i * 5 / 8 + 1)) >> (11 - i * 5 % 8)) & 31), 1), '' order by i), '')
  from (select v || '\x00'::bytea as p) as padded, generate_series(0, (octet_length(v) * 8 + 4) / 5 - 1) as i
$$;
comment on function chain.base32 is 'base32 without padding, as Algorand writes it';

create function chain.unbase32(t text) returns bytea language plpgsql immutable strict parallel safe as $$
declare
  result bytea := decode(repeat('00', length(t) * 5 / 8), 'hex');
  acc integer := 0;
  bits integer := 0;
  digit integer;
  n integer := 0;
begin
  for i in 1 .. length(t) loop
    digit := strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', substr(t, i, 1)) - 1;
    if digit < 0 then
      raise exception 'not base32: "%"', t using errcode = 'invalid_text_representation';
    end if;
    acc := ((acc << 5) | digit) & 8191;
    bits := bits + 5;
    if bits >= 8 then
      bits := bits - 8;
      result := set_byte(result, n, (acc >> bits) & 255);
      n := n + 1;
    end if;
  end loop;
  return result;
end $$;
comment on function chain.unbase32 is 'bytes of base32 without padding';

create function chain.addr(a bytea) returns text language plpgsql immutable strict parallel safe as $$
begin
  if octet_length(a) <> 32 then
    raise exception 'an address has 32 bytes, this has %', octet_length(a) using errcode = 'invalid_parameter_value';
  end if;
  return chain.base32(a || substr(chain.sha512_256(a), 29, 4));
end $$;
comment on function chain.addr(bytea) is 'an address as text, with its checksum: 58 letters';

create function chain.addr(t text) returns bytea language plpgsql immutable strict parallel safe as $$
declare
  b bytea;
begin
  if length(t) <> 58 then
    raise exception 'an address has 58 letters, "%" has %', t, length(t) using errcode = 'invalid_text_representation';
  end if;
  b := chain.unbase32(t);
  if substr(chain.sha512_256(substr(b, 1, 32)), 29, 4) <> substr(b, 33, 4) then
    raise exception 'the checksum of address "%" does not fit', t using errcode = 'invalid_text_representation';
  end if;
  return substr(b, 1, 32);
end $$;
comment on function chain.addr(text) is 'the 32 bytes of an address given as text; refuses a wrong checksum';

create function chain.txid(id bytea) returns text language sql immutable strict parallel safe return chain.base32(id);
comment on function chain.txid(bytea) is 'a transaction id as text: 52 letters';

create function chain.txid(t text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
  if length(t) <> 52 then
    raise exception 'a transaction id has 52 letters, "%" has %', t, length(t) using errcode = 'invalid_text_representation';
  end if;
  return chain.unbase32(t);
end $$;
comment on function chain.txid(text) is 'the 32 bytes of a transaction id given as text';

create function chain.raw(r bigint, i integer) returns bytea language sql stable strict parallel safe as $$
  select substring(b.raw from t.raw_at + 1 for t.raw_length)
  from chain.txn as t join chain.block as b on b.round = t.round where t.round = r and t.intra = i
$$;
comment on function chain.raw is 'a transaction''s own bytes: msgpack, an element of the block''s txns or of its parent''s itx';

create view chain.transaction as
select t.round, t.intra, b.time, chain.txid(t.txid) as txid,
  (array['unknown', 'pay', 'keyreg', 'acfg', 'axfer', 'afrz', 'appl', 'stpf', 'hb'])[t.type + 1] as type,
  chain.addr(t.sender) as sender, chain.addr(t.receiver) as receiver, t.amount, t.asset, t.app, t.fee,
  (array['NoOp', 'OptIn', 'CloseOut', 'ClearState', 'UpdateApplication', 'DeleteApplication'])[t.on_completion + 1] as on_completion,
  encode(t.selector, 'hex') as selector, encode(t.group_id, 'base64') as group_id, t.note, t.parent
from chain.txn as t join chain.block as b on b.round = t.round;
comment on view chain.transaction is 'chain.txn for people: addresses and ids as text. Give a round, a txn''s place or an address through chain.txn first: text is made row by row';

create view chain.participation as
select p.addr, p.round, i.intra from chain.participant as p, unnest(p.intras) as i (intra);
comment on view chain.participation is 'Who takes part in which transaction, one row each';

create function chain.account_txns(account text, before bigint default 9223372036854775807, n integer default 100)
returns setof chain.txn language sql stable as $$
  select t.* from (
    select p.round, i.intra from (
      select q.round, q.intras from chain.participant as q
      where q.addr = chain.addr(account) and q.round < before order by q.round desc limit n
    ) as p, unnest(p.intras) as i (intra)
    order by p.round desc, i.intra desc limit n
  ) as p join chain.txn as t on t.round = p.round and t.intra = p.intra
  order by t.round desc, t.intra desc
$$;
comment on function chain.account_txns is 'the last n transactions of an account before a round, newest first';
