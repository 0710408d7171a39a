{# Editions: one reading of a document under each set of decisions that ever stood (int_edition). Models of facts take
   every edition; `core` shows the one that stands, `past` the others, for the marts as of a moment. #}

{# Rows of a staged raw table in every edition of their document, each with the type of its table in that edition. #}
{% macro rows_by_edition(staged, reason=false) -%}
select
    edition.edition_key,
    staged.* exclude (document_sha256) replace (
        {% if reason -%}
        coalesce('corrected by ' || decided.author || ': ' || decided.reason, staged.reason) as reason,
        {% endif -%}
        coalesce(decided.value, staged.table_type) as table_type
    )
from {{ ref(staged) }} as staged
inner join {{ ref('int_edition') }} as edition on staged.document_sha256 = edition.document_sha256
left join (
    select
        edition_key,
        unnest(table_types, recursive := true) -- noqa: AL03
    from {{ ref('int_edition') }}
) as decided
    on edition.edition_key = decided.edition_key and staged.table_ordinal = decided.table_ordinal
{%- endmacro %}

{# Facts of the editions that stand, each with its document and disclosure. #}
{% macro standing(model) -%}
select
    fact.* exclude (edition_key),
    document.document_sha256,
    document.disclosure_key
from {{ ref(model) }} as fact
inner join {{ ref('int_document') }} as document on fact.edition_key = document.document_sha256
{%- endmacro %}

{# Facts of the editions that do not stand any more. #}
{% macro past(model) -%}
select
    fact.*,
    edition.document_sha256
from {{ ref(model) }} as fact
inner join {{ ref('int_edition') }} as edition on fact.edition_key = edition.edition_key
where edition.edition_key <> edition.document_sha256
{%- endmacro %}
