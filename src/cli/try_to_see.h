// Looks that may be refused, where what can be seen is shown all the same.
#pragma once
#include "aws/client.h"
#include "base/error.h"

namespace aurora::cli {

// Runs `look`, and gives `otherwise` the error when it may not be seen or is not there. Where nothing is
// reached, and when the person cancels, the error goes on.
template <class Look, class Otherwise>
void try_to_see(Look look, Otherwise otherwise) {
  try {
    look();
  } catch (const aws::Unreachable&) {
    throw;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    otherwise(error);
  }
}

}  // namespace aurora::cli
