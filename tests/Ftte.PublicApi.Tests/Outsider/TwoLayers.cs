using Ftte.TinyEngine;
using Ftte.TinyEngine.Personalization;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A personalization policy: blocks of two layers stay on the device and are tuned for three epochs before the model is used.</summary>
internal sealed class TwoLayers : PersonalizationPolicy
{
    public override PersonalPhase Tuning => new(TrainedPart.Personal) { Epochs = 3 };

    public override ParameterSelection SelectPersonal(Network network, NormalizationMode normalization) =>
        ParameterSelection.OfBlocks(network.Layout, "fc1.bias", "fc2.weight", "fc2.bias");
}
