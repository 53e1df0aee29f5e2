using Ftte.TinyEngine;
using Ftte.TinyEngine.TimeSeries;
using Wearables.Data;

namespace Wearables.Learning;

/// <summary>Creates the network: three convolutions over time with group normalization, for windows of 64 samples of six channels.</summary>
internal static class MotionNetwork
{
    /// <summary>Names the shared model, so that a device does not use personal parameters that belong to another one with the same layout.</summary>
    public const string Lineage = "activity 1";

    /// <summary>Creates the network.</summary>
    public static Network Create() => Network.Build(1, new WindowOptions().Length, PersonDevice.Channels)
        .Conv1D("conv1", 24, kernel: 7, stride: 2, padding: 3, bias: false).GroupNorm("gn1", 4).Relu()
        .Conv1D("conv2", 48, kernel: 5, stride: 2, padding: 2, bias: false).GroupNorm("gn2", 4).Relu()
        .Conv1D("conv3", 48, kernel: 5, stride: 1, padding: 2, bias: false).GroupNorm("gn3", 4).Relu()
        .GlobalAveragePool().Linear("head", WearableData.Labels.Length).SoftmaxCrossEntropy();
}
