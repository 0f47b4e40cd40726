// File systems on which two names are one: they ignore case, or the form in which a letter with an
// accent is written. There, two folders of a tree could silently become one.
#pragma once

#include "base/slice.h"

namespace snaptree {

// Tries it out in a folder of ours, with a folder that is removed at once.
bool FoldsNames(int folder_fd);

// True when the folder has an entry of exactly these bytes. Reads the whole folder.
bool HasEntryNamed(int folder_fd, Slice name);

}  // namespace snaptree
