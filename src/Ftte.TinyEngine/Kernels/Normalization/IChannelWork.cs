using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Work on the channels of pixels, one vector of channels at a time.</summary>
/// <remarks>Channels never meet, so every vector width gives the same bits; <c>float</c> as the vector is the readable twin.</remarks>
internal unsafe interface IChannelWork
{
    /// <summary>Does the work for one vector of channels and all pixels.</summary>
    void Run<TSimd, TVector>(int channel)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;
}
