using System.Collections.Immutable;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine.Execution;

/// <summary>Represents the operations before the first trained one, and the values that later operations read.</summary>
/// <param name="Network">The network.</param>
/// <param name="Selection">The trained coordinates; running statistics among them may belong to the prefix.</param>
/// <param name="Cut">The number of operations in the prefix.</param>
/// <param name="Boundary">The tensors that the prefix writes and later operations read.</param>
internal sealed record FrozenPrefix(Network Network, ParameterSelection Selection, int Cut, ImmutableArray<Tensor> Boundary)
{
    /// <summary>Gets the size of the features of one example, in bytes.</summary>
    public long BytesPerExample => Boundary.Sum(t => t.BytesPerExample);
}
