namespace Ftte.TinyEngine.Kernels;

internal enum MaskedActivationKind
{
    Relu,
    Relu6,
    LeakyRelu,
}
