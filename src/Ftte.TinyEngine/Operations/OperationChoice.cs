using System.Collections.Immutable;
using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Represents a choice of the parameters of an operation to train.</summary>
/// <param name="Name">A description of the trained part.</param>
/// <param name="Ranges">The trained coordinates.</param>
/// <param name="MultiplyAdds">The multiply-adds per example of their gradient.</param>
/// <param name="Window">The input channels, if the weights of only some are trained.</param>
internal sealed record OperationChoice(string Name, ImmutableArray<ParameterRange> Ranges, long MultiplyAdds, ChannelWindow? Window = null);
