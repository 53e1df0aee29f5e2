using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine.Execution;

/// <summary>Represents the destination of the gradient of an input.</summary>
/// <param name="Tensor">The gradient.</param>
/// <param name="Adds">True if a later operation has already written a part of the gradient, so that this one must be added.</param>
internal sealed record InputGradientTarget(Tensor Tensor, bool Adds);
