-- Counties that either side knows, matched by prefecture and name. Codes are evidence, not the match.
with statistics as (
    select
        counties.name,
        counties.division_code,
        prefectures.name as prefecture,
        case
            when counties.name = prefectures.name then 'city_without_counties'
            when substr(counties.code, 5, 2) between '71' and '79' then 'new_area'
            else 'county'
        end as mark
    from "gansu.stats-counties" as counties
    join "gansu.stats-prefectures" as prefectures on prefectures.code = counties.prefecture_code
),
matched as (
    select
        coalesce(statistics.division_code, names.code) as division_code,
        coalesce(statistics.prefecture, names.prefecture) as prefecture,
        coalesce(statistics.name, names.name) as name,
        case
            when statistics.division_code is null then 'only_in_names'
            when names.code is null then 'only_in_statistics'
            when statistics.division_code = names.code then 'same_code_same_name'
            else 'same_name_other_code'
        end as category,
        coalesce(statistics.mark, 'county') as mark,
        statistics.division_code as statistics_code,
        names.code as names_code
    from statistics
    full join "gansu.names-counties" as names
        on names.prefecture = statistics.prefecture and names.name = statistics.name
)
select
    division_code,
    prefecture,
    name,
    category,
    case category
        when 'same_code_same_name' then '同码同名'
        when 'same_name_other_code' then '同名异码'
        when 'only_in_statistics' then '仅见于统计'
        else '仅见于地名库'
    end as category_title,
    mark,
    statistics_code,
    names_code
from matched
order by division_code, names_code
