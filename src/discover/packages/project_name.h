/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a project calls itself in the file that makes its folder one:
 *
 *     package.json, composer.json   "name"
 *     pyproject.toml                project.name, tool.poetry.name
 *     METADATA of a wheel           Name
 *     setup.py                      setup(name="...")
 *     Cargo.toml                    [package] name
 *     go.mod                        the path of the module
 *     *.gemspec                     spec.name, else the name of the file
 *     *.csproj, *.fsproj            AssemblyName, PackageId, else the name of the file
 *
 * Only what is written out counts, not what a build computes. Nothing that cannot be read is a gap:
 * the folder has a name, too.
 *
 * Sources: the package.json and Composer schemas, PEP 621, core metadata of Python, the references
 * of Cargo, Go modules and RubyGems specifications, common MSBuild project properties.
 */
#ifndef STANCE_DISCOVER_PROJECT_NAME_H
#define STANCE_DISCOVER_PROJECT_NAME_H

#include "discover/detector.h"

/* A slice of the item, or empty. */
struct str project_name(struct item *it);

#endif
