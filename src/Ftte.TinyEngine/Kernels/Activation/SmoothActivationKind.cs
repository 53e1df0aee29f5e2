namespace Ftte.TinyEngine.Kernels;

internal enum SmoothActivationKind
{
    HardSwish,
    Sigmoid,
    Tanh,
}
