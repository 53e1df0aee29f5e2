using System.Globalization;

namespace Ftte.TinyEngine;

public sealed partial class NetworkBuilder
{
    /// <summary>Adds batch normalization, with blocks <c>weight</c> and <c>bias</c> (trainable) and <c>running_mean</c> and <c>running_var</c> (not trainable).</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="epsilon">The value that is added to the variance; positive.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or epsilon is not positive.</exception>
    public NetworkBuilder BatchNorm(string name, double epsilon = 1e-5)
    {
        _graph.Claim(name);
        CheckNotFlattened(name);
        CheckEpsilon(name, epsilon);
        _graph.Count(name, 4L * Shape.Channels);
        return Append(new BatchNorm(name, _value, NewValue(name), epsilon));
    }

    /// <summary>Adds group normalization (Wu and He, ECCV 2018): mean and variance per example and group of channels, with blocks <c>weight</c> and <c>bias</c>.</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="groups">The number of groups; it must divide the number of channels.</param>
    /// <param name="epsilon">The value that is added to the variance; positive.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, the groups do not divide the channels, or epsilon is not positive.</exception>
    public NetworkBuilder GroupNorm(string name, int groups, double epsilon = 1e-5)
    {
        _graph.Claim(name);
        CheckNotFlattened(name);
        CheckEpsilon(name, epsilon);
        CheckPositive(name, "groups", groups);
        if (Shape.Channels % groups != 0)
        {
            throw Wrong(name, $"has {groups} groups, which do not divide {Shape.Channels} channels. Specify a divisor");
        }

        _graph.Count(name, 2L * Shape.Channels);
        return Append(new GroupNorm(name, _value, NewValue(name), groups, epsilon));
    }

    private void CheckNotFlattened(string name)
    {
        if (_image is { } image)
        {
            throw Wrong(name, $"normalizes a flattened image of {image}, whose values have another order in files than in memory. Move it before Flatten");
        }
    }

    private static void CheckEpsilon(string name, double epsilon)
    {
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
        {
            throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"has an epsilon of {epsilon}. Specify a positive value"));
        }
    }
}
