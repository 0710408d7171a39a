{# The codes of one classification as the documents print them: a row per edition (= fiscal year), code and name, with
   the number of documents behind it. Two names of one code are two rows; `is_main` marks the more frequent one. #}
{% macro classification_codes(classification) -%}
with printed as (
    select
        document_sha256,
        code,
        name
    from {{ ref('int_code_name') }}
    where classification = '{{ classification }}'
),

counted as (
    select
        coalesce(document.fiscal_year, 0) as edition_year,
        printed.code,
        printed.name,
        count(distinct printed.document_sha256) as document_count
    from printed
    inner join {{ ref('int_document') }} as document on printed.document_sha256 = document.document_sha256
    group by all
)

select
    {{ key_of(['edition_year', 'code', 'name']) }} as code_key,
    cast(edition_year as integer) as edition_year,
    code,
    name,
    cast((length(code) - 1) / 2 as integer) as level,
    case when length(code) > 3 then left(code, length(code) - 2) end as parent_code,
    cast(document_count as integer) as document_count,
    row_number() over (partition by edition_year, code order by document_count desc, name) = 1 as is_main
from counted
{%- endmacro %}
