using System.Collections.Immutable;
using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Represents a way to train an operation.</summary>
/// <param name="Name">The trained part, for people.</param>
/// <param name="Ranges">The trained coordinates.</param>
/// <param name="MultiplyAdds">The multiply-adds per example of their gradient.</param>
/// <param name="Window">The input channels, if only some are trained.</param>
internal sealed record OperationChoice(string Name, ImmutableArray<ParameterRange> Ranges, long MultiplyAdds, ChannelWindow? Window = null);
