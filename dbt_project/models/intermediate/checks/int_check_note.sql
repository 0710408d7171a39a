-- I29: a note that says that a table is empty, and the table. A table without figures needs no note.
select
    'I29' as check_id,
    noted.edition_key,
    noted.table_ordinal,
    noted.table_title || ' · ' || noted.empty_note as subject,
    0 as expected_yuan,
    max(abs(coalesce(amount.amount_yuan, 0))) as found_yuan,
    0 as envelope_yuan,
    coalesce(
        count(amount.amount_key) || ' amounts: '
        || string_agg(amount.item_label || ' ' || amount.value_text, '; ' order by amount.row, amount.col),
        'no amounts'
    ) as detail,
    -- 此表如无数字则表示… explains a table that is empty, and does not say that it is.
    not regexp_matches(noted.empty_note, '如(果)?(无|没有|为空)|若(无|没有|为空)') as is_evaluable,
    'source' as cause
from {{ ref('int_table') }} as noted
left join {{ ref('int_amount') }} as amount
    on noted.edition_key = amount.edition_key and noted.table_ordinal = amount.table_ordinal
where noted.empty_note is not null
group by noted.edition_key, noted.table_ordinal, noted.table_title, noted.empty_note
