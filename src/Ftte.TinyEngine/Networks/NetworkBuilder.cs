namespace Ftte.TinyEngine;

/// <summary>Describes a network layer by layer, in execution order. A loss completes the network.</summary>
/// <remarks>
/// <para>Images are rows x columns x channels (NHWC). Each branch gets its own builder, which begins with the
/// values at the point of branching; <see cref="Add"/> or <see cref="Concat"/> joins branches.</para>
/// <para>An invalid layer is reported when it is added, with its name and the shape of its input. Not thread-safe; a builder creates one network.</para>
/// </remarks>
public sealed partial class NetworkBuilder
{
    private readonly NetworkGraph _graph;
    private Value _value;

    /// <summary>The shape of the image from which the current vector was flattened; elementwise operations keep it. Files order the weights of a linear layer by this shape.</summary>
    private ImageShape? _image;

    internal NetworkBuilder(ImageShape input)
    {
        if (input.Height < 1 || input.Width < 1 || input.Channels < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(input), input, "The height, the width and the channels of the input must be at least 1.");
        }

        if ((long)input.Height * input.Width * input.Channels > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(nameof(input), input, $"The input must have at most {Array.MaxLength} values.");
        }

        _graph = new NetworkGraph(input);
        (_value, Shape) = (_graph.Input, input);
    }

    private NetworkBuilder(NetworkBuilder trunk) => (_graph, _value, _image, Shape) = (trunk._graph, trunk._value, trunk._image, trunk.Shape);

    /// <summary>Gets the shape of the output of the layers so far.</summary>
    public ImageShape Shape { get; private set; }

    /// <summary>Reinterprets an image as a vector, without work or memory.</summary>
    /// <returns>This builder.</returns>
    public NetworkBuilder Flatten()
    {
        _image ??= Shape.Pixels > 1 ? Shape : null;
        Shape = new ImageShape(1, 1, Shape.Count);
        return this;
    }

    /// <summary>Adds the sum of branches. Every branch begins at this point, and all outputs must have the same shape.</summary>
    /// <param name="name">The sum's name, unique in the network.</param>
    /// <param name="branches">Two or more branches; <c>b => b</c> is the identity, the usual shortcut of a residual block.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">There are fewer than two branches, their shapes differ, or two are the same.</exception>
    public NetworkBuilder Add(string name, params ReadOnlySpan<Func<NetworkBuilder, NetworkBuilder>> branches)
    {
        NetworkBuilder[] ends = Branch(name, branches);
        foreach (NetworkBuilder end in ends)
        {
            if (end.Shape != ends[0].Shape)
            {
                throw Wrong(name, $"adds branches of {ends[0].Shape} and {end.Shape}. Give them the same shape, for example with a 1 x 1 convolution");
            }
        }

        Shape = ends[0].Shape;
        return Append(new Add(name, NewValue(name), [.. ends.Select(e => e._value)]));
    }

    /// <summary>Adds the concatenation of the channels of branches. Every branch begins at this point.</summary>
    /// <param name="name">The concatenation's name, unique in the network.</param>
    /// <param name="branches">Two or more branches with images of the same height and width.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">There are fewer than two branches, their heights or widths differ, or two are the same.</exception>
    public NetworkBuilder Concat(string name, params ReadOnlySpan<Func<NetworkBuilder, NetworkBuilder>> branches)
    {
        NetworkBuilder[] ends = Branch(name, branches);
        foreach (NetworkBuilder end in ends)
        {
            if (end.Shape.Height != ends[0].Shape.Height || end.Shape.Width != ends[0].Shape.Width)
            {
                throw Wrong(name, $"concatenates branches of {ends[0].Shape} and {end.Shape}. Give them the same height and width");
            }
        }

        Shape = ends[0].Shape with { Channels = ends.Sum(e => e.Shape.Channels) };
        return Append(new Concat(name, NewValue(name), [.. ends.Select(e => e._value)]));
    }

    private static ArgumentException Wrong(string name, string what) => new($"Layer '{name}' {what}.");

    private NetworkBuilder[] Branch(string name, ReadOnlySpan<Func<NetworkBuilder, NetworkBuilder>> branches)
    {
        _graph.Claim(name);
        if (branches.Length < 2)
        {
            throw Wrong(name, $"joins {branches.Length} branches. Specify at least two");
        }

        var ends = new NetworkBuilder[branches.Length];
        for (int i = 0; i < ends.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(branches[i], nameof(branches));
            ends[i] = branches[i](new NetworkBuilder(this));
            if (ends[i] is null || ends[i]._graph != _graph)
            {
                throw Wrong(name, $"has a branch {i} that does not return the builder that it received. Return the result of its last layer");
            }
        }

        if (ends.Select(e => e._value).Distinct().Count() < ends.Length)
        {
            throw Wrong(name, "has two identical branches. Only one branch may be the identity");
        }

        return ends;
    }

    private string DefaultName(string suffix) => $"{_value.Name}.{suffix}";

    private string Claim(string? name, string suffix)
    {
        name ??= DefaultName(suffix);
        _graph.Claim(name);
        return name;
    }

    private Value NewValue(string name)
    {
        if ((long)Shape.Height * Shape.Width * Shape.Channels > Array.MaxLength)
        {
            throw Wrong(name, $"has an output of {Shape} values per example, more than {Array.MaxLength}. Use a smaller layer");
        }

        return _graph.NewValue(name, Shape);
    }

    private NetworkBuilder Append(Operation operation)
    {
        _graph.Append(operation);
        _value = operation.Output;
        _image = operation is MaskedActivation or SmoothActivation or TinyEngine.Dropout ? _image : null;
        return this;
    }
}
