using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Represents work on the channels of pixels, one vector of channels at a time.</summary>
/// <remarks>Channels never interact, so every vector width gives the same bits. With <c>float</c> as the vector, this is the scalar reference implementation.</remarks>
internal unsafe interface IChannelWork
{
    /// <summary>Runs the work for one vector of channels and all pixels.</summary>
    void Run<TSimd, TVector>(int channel)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;
}
