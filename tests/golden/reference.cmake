# reference.cmake: the generated pages of docs/reference.
#
#     cmake -DGEN=isa_gen -DDOCS=docs/reference -DTEMP=DIR [-DREFRESH=ON]
#         -P reference.cmake
#
# Generates every page into TEMP and compares it with the committed one; with
# REFRESH the committed ones are rewritten instead.
file(MAKE_DIRECTORY ${TEMP} ${DOCS})
set(stale "")

function(page file)
	execute_process(COMMAND ${GEN} ${ARGN} ${TEMP}/${file}
		COMMAND_ERROR_IS_FATAL ANY)
	if(REFRESH)
		configure_file(${TEMP}/${file} ${DOCS}/${file} COPYONLY)
		return()
	endif()
	execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files
		${TEMP}/${file} ${DOCS}/${file}
		RESULT_VARIABLE differs OUTPUT_QUIET ERROR_QUIET)
	if(differs)
		set(stale "${stale} ${file}" PARENT_SCOPE)
	endif()
endfunction()

page(parameters.md md parameters)
page(commands.md md commands)
page(registers.md md registers)
page(events.md md events)
page(design.schema.json schema)
if(stale)
	message(FATAL_ERROR "docs/reference differs from the tables of isa/:"
		"${stale}; cmake --build build --target refresh_reference")
endif()
