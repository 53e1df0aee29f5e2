using System.Collections.Immutable;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine.Execution;

/// <summary>Represents the operations before the first trained one, and the values that they pass on to the rest.</summary>
/// <param name="Network">The network.</param>
/// <param name="Selection">The trained coordinates; running statistics among them may belong to the prefix.</param>
/// <param name="Cut">The number of operations in the prefix.</param>
/// <param name="Boundary">The tensors that the prefix fills and the rest reads.</param>
internal sealed record FrozenPrefix(Network Network, ParameterSelection Selection, int Cut, ImmutableArray<Tensor> Boundary)
{
    /// <summary>Gets the bytes of the features of one example.</summary>
    public long BytesPerExample => Boundary.Sum(t => t.BytesPerExample);
}
