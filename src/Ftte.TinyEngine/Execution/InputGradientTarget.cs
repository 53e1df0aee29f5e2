using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine.Execution;

/// <summary>Represents the destination of the gradient of an input.</summary>
/// <param name="Tensor">The gradient.</param>
/// <param name="Adds">Whether a later operation has written its part there already.</param>
internal sealed record InputGradientTarget(Tensor Tensor, bool Adds);
