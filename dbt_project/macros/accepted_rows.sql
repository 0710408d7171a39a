{# The rows of a raw table that belong to the reading of their document that counts. #}
{% macro accepted_rows(table) -%}
select raw.* exclude (load_id, site_id, reader_version)
from {{ source('raw', table) }} as raw
inner join {{ ref('stg_document') }} as document
    on raw.document_sha256 = document.document_sha256 and raw.load_id = document.load_id
{%- endmacro %}

{# The same of a raw table that says what table its rows stand in: a person's decision has precedence. #}
{% macro accepted_rows_by_type(table, reason=false) -%}
select
    accepted.* replace (
        {% if reason -%}
        coalesce('corrected by ' || correction.author || ': ' || correction.reason, accepted.reason) as reason,
        {% endif -%}
        coalesce(correction.value, accepted.table_type) as table_type
    )
from ({{ accepted_rows(table) }}) as accepted
left join {{ ref('stg_correction') }} as correction
    on
        accepted.document_sha256 = correction.document_sha256
        and accepted.table_ordinal = correction.table_ordinal
        and correction.what = 'table_type'
{%- endmacro %}
