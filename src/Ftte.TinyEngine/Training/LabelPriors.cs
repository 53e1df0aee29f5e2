namespace Ftte.TinyEngine;

/// <summary>Computes the logarithms of the classes' shares among a device's own examples, for <see cref="SgdOptions.LabelCalibration"/>.</summary>
internal static class LabelPriors
{
    /// <summary>The value that is added to the count of each class, so that the logarithm is finite for a class without examples.</summary>
    private const float Unseen = 0.5f;

    /// <summary>Counts all labels and computes the values that the loss adds to the logits.</summary>
    /// <param name="loader">Reads the examples.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="strength">The factor of the logarithms.</param>
    /// <param name="priors">Receives one value per class.</param>
    /// <returns>The number of classes among the examples.</returns>
    /// <exception cref="InvalidOperationException">A label is not a class of the network, or the number of examples changed.</exception>
    public static int Compute(ExampleLoader loader, IExampleSource examples, float strength, Span<float> priors)
    {
        priors.Fill(Unseen);
        loader.CheckCount(examples);
        int count = examples.Count;
        for (int index = 0; index < count; index++)
        {
            priors[loader.ReadLabel(examples, index)]++;
        }

        int found = 0;
        foreach (ref float prior in priors)
        {
            found += prior > Unseen ? 1 : 0;
            prior = (float)(strength * PortableMath.Log(prior / (count + (Unseen * priors.Length))));
        }

        return found;
    }
}
