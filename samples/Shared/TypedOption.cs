using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Parses the value of an option.</summary>
internal delegate bool TryRead<T>(string text, out T value);

/// <summary>Creates options whose errors state the invalid value and the valid ones.</summary>
internal static class TypedOption
{
    /// <summary>Creates an option.</summary>
    /// <param name="name">The name, with the dashes.</param>
    /// <param name="helpName">The placeholder of the value in the help.</param>
    /// <param name="description">The description.</param>
    /// <param name="standard">The default value.</param>
    /// <param name="read">Parses the value.</param>
    /// <param name="advice">The solution, for the error message.</param>
    /// <param name="names">The valid names, of which the closest one is suggested; null if the value is not a name.</param>
    public static Option<T> Create<T>(string name, string helpName, string description, T standard, TryRead<T> read, string advice, IReadOnlyCollection<string>? names = null) => new(name)
    {
        HelpName = helpName,
        Description = description,
        DefaultValueFactory = _ => standard,
        CustomParser = argument =>
        {
            string text = argument.Tokens.Count == 1 ? argument.Tokens[0].Value : "";
            if (!read(text, out T value))
            {
                argument.AddError($"{name} {text}: {advice}.{Suggestion.For(text, names ?? [])}");
            }

            return value;
        },
    };

    /// <summary>Creates an option for a value of an enumeration, by name in any case.</summary>
    public static Option<T> Named<T>(string name, string description, T standard)
        where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(known => known.ToLowerInvariant())];
        string advice = $"specify {string.Join(", ", names[..^1])} or {names[^1]}";
        return Create<T>(name, string.Join('|', names), description, standard, TryReadName, advice, names);
    }

    /// <summary>Creates an option for a network of the zoo.</summary>
    public static Option<string> Model(string name, string standard)
    {
        string models = string.Join(", ", NetworkZoo.Names);
        return Create<string>(name, "NAME", $"The network: {models}.", standard, TryReadModel, $"unknown network; specify one of {models}", [.. NetworkZoo.Names]);
    }

    /// <summary>Creates an option for an amount of memory.</summary>
    public static Option<long> Size(string name, string description, long standard) => Create<long>(
        name, "SIZE", description, standard, ByteSize.TryParse, "specify a number of bytes, or a size such as 512KiB, 1.5MiB, 300KB or 2MB");

    /// <summary>Creates an option for several names.</summary>
    /// <param name="name">The name, with the dashes.</param>
    /// <param name="noun">The noun for a name, such as <c>selector</c>.</param>
    /// <param name="description">The description.</param>
    /// <param name="known">The valid names.</param>
    public static Option<string[]> Names(string name, string noun, string description, IReadOnlyCollection<string> known) => new(name)
    {
        HelpName = "NAMES",
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
        CustomParser = argument =>
        {
            if (NameList.Check(name, noun, argument.Tokens.Select(token => token.Value), known, out string[] names) is { } problem)
            {
                argument.AddError(problem);
            }

            return names;
        },
    };

    /// <summary>Creates an option for several names, which are validated later.</summary>
    public static Option<string[]> Names(string name, string description) =>
        new(name) { HelpName = "NAMES", Description = description, AllowMultipleArgumentsPerToken = true };

    /// <summary>Creates an option for a list of shares.</summary>
    public static Option<ImmutableArray<double>> Shares(string name, string description, ImmutableArray<double> standard) => Create<ImmutableArray<double>>(
        name, "LIST", description, standard, ShareList.TryParse, "specify shares above 0 and up to 1 with commas between them, such as 1/8,1/4,1/2,1");

    public static Option<int> Whole(string name, string description, int standard, int lowest, int highest) => Create(
        name,
        "N",
        description,
        standard,
        (text, out value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= lowest && value <= highest,
        $"specify a whole number from {lowest} to {highest}");

    public static Option<float> Real(string name, string description, float standard, Func<float, bool> isValid, string advice) => Create(
        name,
        "N",
        description,
        standard,
        (text, out value) => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value) && isValid(value),
        advice);

    public static Option<string?> Path(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static bool TryReadModel(string text, out string name)
    {
        name = NetworkZoo.Names.FirstOrDefault(known => known.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? "";
        return name.Length > 0;
    }

    private static bool TryReadName<T>(string text, out T value)
        where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]);
}
