{# The marts, written once: as of a moment, an SQL expression. A mart is this at the end of time; its `_as_of` macro is
   this at a moment given by the analyst. Only core tables are named, without their database, so that both work in the
   published file whatever its name. #}

{% macro as_of_relation(name) -%}
    {{ ref(name).include(database=false) }}
{%- endmacro %}

{% macro versions_at(moment) -%}
    select *
    from {{ as_of_relation('dim_document_version') }}
    where
        recorded_from <= cast({{ moment }} as timestamptz)
        and coalesce(recorded_to > cast({{ moment }} as timestamptz), true)
{%- endmacro %}

{# Creates `marts.<name>_as_of(ts)`; used as a post-hook of the mart. #}
{% macro create_as_of(name, body) -%}
    create or replace macro {{ this.schema }}.{{ name }}_as_of(ts) as table
    {{ body }}
{%- endmacro %}


{% macro agency_year(moment) -%}
with version as ({{ versions_at(moment) }}),

-- Several documents of one disclosure: the figure of the table that comes first, then of the newest document.
measure as (
    select
        version.disclosure_key,
        fact.measure,
        arg_min(
            fact.amount_yuan, {priority: fact.priority, age: -epoch_us(version.recorded_from), key: fact.amount_key}
        ) as amount_yuan
    from version
    inner join {{ as_of_relation('fct_measure') }} as fact on version.document_sha256 = fact.document_sha256
    group by all
),

figure as (
    select
        disclosure_key
        {%- for name in ['revenue_total', 'expenditure_total', 'basic', 'project', 'personnel', 'public', 'three_public',
            'abroad', 'vehicle', 'vehicle_purchase', 'vehicle_running', 'reception', 'operating_expenses'] %},
        any_value(amount_yuan) filter (where measure = '{{ name }}') as {{ name }}_yuan
        {%- endfor %}
    from measure
    group by disclosure_key
)

select
    disclosure.disclosure_key,
    disclosure.region_code,
    region.region_name,
    agency.agency_name,
    coalesce(agency.dept_type, 'unrecognised') as dept_type,
    disclosure.fiscal_year,
    disclosure.phase,
    disclosure.scope,
    figure.* exclude (disclosure_key)
from {{ as_of_relation('dim_disclosure') }} as disclosure
left join {{ as_of_relation('dim_region') }} as region on disclosure.region_code = region.region_code
left join {{ as_of_relation('dim_agency') }} as agency on disclosure.agency_key = agency.agency_key
left join figure on disclosure.disclosure_key = figure.disclosure_key
where disclosure.disclosure_key in (select version.disclosure_key from version)
{%- endmacro %}
