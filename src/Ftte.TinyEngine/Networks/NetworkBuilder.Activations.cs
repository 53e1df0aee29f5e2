using System.Globalization;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

public sealed partial class NetworkBuilder
{
    /// <summary>Adds a ReLU: y = max(0, x), computed in place.</summary>
    /// <param name="name">The layer's name; null to name it after the layer before, such as <c>fc1.relu</c>.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder Relu(string? name = null) => Masked(name, "relu", MaskedActivationKind.Relu);

    /// <summary>Adds a ReLU6: y = min(max(0, x), 6).</summary>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder Relu6(string? name = null) => Masked(name, "relu6", MaskedActivationKind.Relu6);

    /// <summary>Adds a leaky ReLU: y = x if x is positive, slope * x otherwise.</summary>
    /// <param name="slope">The slope below 0.</param>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or the slope is not finite.</exception>
    public NetworkBuilder LeakyRelu(float slope = 0.01f, string? name = null)
    {
        if (!float.IsFinite(slope))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A slope of {slope} is not finite. Specify a finite slope."), nameof(slope));
        }

        return Masked(name, "leaky", MaskedActivationKind.LeakyRelu, slope);
    }

    /// <summary>Adds an h-swish: y = x * min(max(0, x + 3), 6) / 6.</summary>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder HardSwish(string? name = null) => Smooth(name, "hswish", SmoothActivationKind.HardSwish);

    /// <summary>Adds a sigmoid: y = 1 / (1 + exp(-x)).</summary>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder Sigmoid(string? name = null) => Smooth(name, "sigmoid", SmoothActivationKind.Sigmoid);

    /// <summary>Adds a hyperbolic tangent.</summary>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder Tanh(string? name = null) => Smooth(name, "tanh", SmoothActivationKind.Tanh);

    /// <summary>Adds dropout: during training, each value is set to 0 with the given probability, and the others are scaled so that the mean stays the same.</summary>
    /// <param name="rate">The probability, in [0, 1); applied in steps of 1 / 65536.</param>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <remarks>No values are saved for the backward pass: the dropped positions follow from the seed. Evaluation drops no values.</remarks>
    /// <exception cref="ArgumentException">The name is blank or taken, or the rate is out of range.</exception>
    public NetworkBuilder Dropout(float rate, string? name = null)
    {
        string claimed = Claim(name, "dropout");
        if (!(rate >= 0 && rate < 1))
        {
            throw Wrong(claimed, string.Create(CultureInfo.InvariantCulture, $"has a dropout rate of {rate}. Specify a rate in [0, 1)"));
        }

        return Append(new Dropout(claimed, _value, NewValue(claimed), rate));
    }

    private NetworkBuilder Masked(string? name, string suffix, MaskedActivationKind kind, float slope = 0)
    {
        string claimed = Claim(name, suffix);
        return Append(new MaskedActivation(claimed, _value, NewValue(claimed), kind, slope));
    }

    private NetworkBuilder Smooth(string? name, string suffix, SmoothActivationKind kind)
    {
        string claimed = Claim(name, suffix);
        return Append(new SmoothActivation(claimed, _value, NewValue(claimed), kind));
    }
}
