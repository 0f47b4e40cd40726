#include "formats/pebble/directory_file.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace snaptree {
namespace {

struct CloseDirectory {
  void operator()(DIR* d) const { ::closedir(d); }
};

}  // namespace

Result<std::vector<std::string>> ListNames(const std::string& directory) {
  const std::unique_ptr<DIR, CloseDirectory> open(::opendir(directory.c_str()));
  if (open == nullptr) return SystemError(errno, "list", directory);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr && errno != 0) return SystemError(errno, "list", directory);
    if (entry == nullptr) break;
    names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::shared_ptr<const InputFile>> OpenFileIn(const std::string& directory,
                                                    const std::string& name) {
  const std::string path = directory + "/" + name;
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW));
  if (!fd.valid() && errno == ELOOP) {
    return UsageError("NotRegular", "a file of a Pebble directory is a symbolic link")
        .At(path)
        .Next("copy the directory with the files themselves, then give the copy");
  }
  if (!fd.valid()) return SystemError(errno, "open", path);
  SNAPTREE_ASSIGN(InputFile file, InputFile::FromFd(std::move(fd), path));
  return std::shared_ptr<const InputFile>(std::make_shared<InputFile>(std::move(file)));
}

}  // namespace snaptree
