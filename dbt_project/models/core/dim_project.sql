-- Projects by agency, code and name; `line_name` joins a project over years (macro project_lines).
with project as (
    select
        fact.project_key,
        fact.project_name,
        fact.pro_code,
        fact.comparable_name,
        fact.document_sha256,
        document.agency_key,
        document.region_code,
        document.fiscal_year
    from {{ ref('fct_project') }} as fact
    inner join {{ ref('int_document') }} as document on fact.document_sha256 = document.document_sha256
),

line as (
    {{ project_lines('project') }}
)

select
    project.project_key,
    project.agency_key,
    any_value(project.region_code) as region_code,
    any_value(project.pro_code) as pro_code,
    arg_min(project.project_name, project.document_sha256) as project_name,
    any_value(coalesce(line.shorter_name, project.comparable_name)) as line_name,
    any_value(line.shorter_name) is not null as is_contained,
    -- Hebei codes carry the set-up year after the region: 130303 24 P…; Henan: region(6) + year(2) + 12.
    any_value(
        case
            when regexp_full_match(project.pro_code, '[0-9]{8}P[0-9A-Z]{12}|[0-9]{20}')
                then 2000 + cast(project.pro_code[7:8] as integer)
        end
    ) as setup_year
from project
left join line on project.agency_key = line.agency_key and project.comparable_name = line.comparable_name
group by project.project_key, project.agency_key
