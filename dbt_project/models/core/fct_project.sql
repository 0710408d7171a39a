-- A merged cell may place several projects at one position: they are told apart by their order.
select
    {{ key_of([
        'project.document_sha256', 'project.table_ordinal', 'project.row', 'project.col',
        'row_number() over (partition by project.document_sha256, project.table_ordinal, project.row, project.col '
        ~ 'order by project.project_name, project.budget_yuan)'
    ]) }} as project_fact_key,
    {{ key_of(['own.region_code', 'own.agency_key', 'project.pro_code', 'project.compact_name']) }}
        as project_key,
    project.disclosure_key,
    project.document_sha256,
    project.page,
    project.table_ordinal,
    project.row,
    project.col,
    project.table_type,
    nullif(project.pro_code, '') as pro_code,
    project.project_name,
    project.comparable_name,
    project.agency_name,
    project.unit,
    cast(project.budget_yuan as decimal(20, 2)) as budget_yuan,
    cast(project.fiscal_yuan as decimal(20, 2)) as fiscal_yuan,
    cast(project.other_yuan as decimal(20, 2)) as other_yuan,
    project.purpose,
    project.goal,
    project.plan_header,
    project.plan_texts
from ({{ standing('int_project') }}) as project
inner join {{ ref('int_document') }} as own on project.document_sha256 = own.document_sha256
