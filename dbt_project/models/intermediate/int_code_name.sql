-- Every code with the name printed beside it, by classification. 部门 economic codes begin with 3, 政府 ones with 5.
with pair as (
    select
        document_sha256,
        unnest([ -- noqa: AL03
            { code: item_code, name: item_label }, { code: item_code_2, name: item_label_2 }
        ], recursive := true)
    from {{ ref('fct_amount') }}
    where row_role <> 'of_which' and table_type not in ('procurement', 'revenue_summary', 'government_fund_revenue')
    union all
    select
        document_sha256,
        item_code as code,
        item_label as name
    from {{ ref('fct_amount') }}
    where table_type = 'revenue_summary' and row_role <> 'of_which'
)

select distinct
    document_sha256,
    code,
    {{ compact('name') }} as name,
    case left(code, 1) when '2' then 'function' when '3' then 'dep_bgt_eco' else 'gov_bgt_eco' end as classification
from pair
where regexp_full_match(code, '2[0-9]{2}([0-9]{2}){0,2}|[35][0-9]{2}([0-9]{2})?') and name <> ''
