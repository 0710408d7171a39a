-- Figures in the prose of every edition, with the printed precision.
select
    statement.*,
    edition.edition_key,
    edition.phase,
    {{ printed_number('statement.value_text') }} as value,
    cast(
        pow(10, -length(regexp_extract(statement.value_text, '\.([0-9]+)', 1)))
        * {{ yuan_per('statement.unit') }}
        as decimal(20, 6)
    ) as step_yuan
from {{ ref('stg_statement') }} as statement
inner join {{ ref('int_edition') }} as edition on statement.document_sha256 = edition.document_sha256
