{# The rows of a raw table that belong to the reading of their document that counts. #}
{% macro accepted_rows(table) -%}
select raw.* exclude (load_id, site_id, reader_version)
from {{ source('raw', table) }} as raw
inner join {{ ref('stg_document') }} as document
    on raw.document_sha256 = document.document_sha256 and raw.load_id = document.load_id
{%- endmacro %}
