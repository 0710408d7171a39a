-- Projects with a comparable name: without white space, quotes, brackets of units and years.
with project as (
    select
        project.*,
        document.disclosure_key,
        document.agency_key,
        document.region_code,
        document.fiscal_year,
        {{ compact('project.project_name') }} as compact_name
    from {{ ref('stg_project') }} as project
    inner join {{ ref('int_document') }} as document on project.document_sha256 = document.document_sha256
    where trim(project.project_name) <> ''
)

select
    *,
    -- What is left without years and the words that every project's name ends in: 招商引资工作, 人事代理专项补助.
    regexp_replace(
        regexp_replace(compact_name, '(19|20)[0-9]{2}(年度?|-(19|20)[0-9]{2}(年度?)?)', '', 'g'),
        '(经费|资金|费用|项目)+$', ''
    ) as core_name,
    {{ key_of(['region_code', 'agency_key', 'pro_code', 'compact_name']) }} as project_key
from project
