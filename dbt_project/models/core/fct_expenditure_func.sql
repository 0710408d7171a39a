-- Expenditure by function of each document; a derived row, which has no printed name, is named as other documents do.
with named as (
    select
        code,
        arg_max(name, document_count * 10000 + edition_year) as name
    from {{ ref('dim_exp_func') }}
    group by code
)

select fact.* replace (coalesce(fact.exp_func_name, named.name) as exp_func_name)
from ({{ standing('int_expenditure_func') }}) as fact
left join named on fact.exp_func_code = named.code
