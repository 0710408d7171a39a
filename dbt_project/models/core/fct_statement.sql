select
    {{ key_of(['statement.document_sha256', 'statement.ordinal']) }} as statement_key,
    document.disclosure_key,
    statement.document_sha256,
    statement.ordinal,
    statement.page,
    statement.line_ordinal,
    statement.char_start,
    statement.sentence,
    statement.metric,
    statement.value_text,
    statement.unit,
    cast(statement.amount_yuan as decimal(20, 2)) as amount_yuan,
    statement.comparison
from {{ ref('stg_statement') }} as statement
inner join {{ ref('int_document') }} as document on statement.document_sha256 = document.document_sha256
