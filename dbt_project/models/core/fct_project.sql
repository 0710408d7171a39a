-- A merged cell may place several projects at one position: they are told apart by their order.
select
    {{ key_of([
        'document_sha256', 'table_ordinal', 'row', 'col',
        'row_number() over (partition by document_sha256, table_ordinal, row, col order by project_name, budget_yuan)'
    ]) }} as project_fact_key,
    project_key,
    disclosure_key,
    document_sha256,
    page,
    table_ordinal,
    row,
    col,
    table_type,
    nullif(pro_code, '') as pro_code,
    project_name,
    agency_name,
    unit,
    cast(budget_yuan as decimal(20, 2)) as budget_yuan,
    cast(fiscal_yuan as decimal(20, 2)) as fiscal_yuan,
    cast(other_yuan as decimal(20, 2)) as other_yuan,
    purpose,
    goal,
    plan_header,
    plan_texts
from {{ ref('int_project') }}
