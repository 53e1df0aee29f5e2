using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Reads what was typed for an option.</summary>
internal delegate bool TryRead<T>(string text, out T value);

/// <summary>Makes options whose errors say what was typed and what may be.</summary>
internal static class TypedOption
{
    /// <summary>Makes an option.</summary>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="helpName">What stands for the value in the help.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="standard">Its value when it is not given.</param>
    /// <param name="read">Reads the value.</param>
    /// <param name="advice">What to give, for the error.</param>
    /// <param name="names">The names that may be given, of which the closest one is suggested; null if the value is not a name.</param>
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

    /// <summary>Makes an option that takes one of the values of an enumeration, by name in any case.</summary>
    public static Option<T> Named<T>(string name, string description, T standard)
        where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(known => known.ToLowerInvariant())];
        string advice = $"give {string.Join(", ", names[..^1])} or {names[^1]}";
        return Create<T>(name, string.Join('|', names), description, standard, TryReadName, advice, names);
    }

    /// <summary>Makes an option that takes a network of the zoo.</summary>
    public static Option<string> Model(string name, string standard)
    {
        string models = string.Join(", ", NetworkZoo.Names);
        return Create<string>(name, "NAME", $"The network: {models}.", standard, TryReadModel, $"there is no such network; give one of {models}", [.. NetworkZoo.Names]);
    }

    /// <summary>Makes an option that takes an amount of memory.</summary>
    public static Option<long> Size(string name, string description, long standard) => Create<long>(
        name, "SIZE", description, standard, ByteSize.TryParse, "give a number of bytes, or a size such as 512KiB, 1.5MiB, 300KB or 2MB");

    /// <summary>Creates an option that takes several names.</summary>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="noun">What a name stands for, such as <c>selector</c>.</param>
    /// <param name="description">Its purpose.</param>
    /// <param name="known">The names that may be given.</param>
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

    /// <summary>Creates an option that takes several names, which are checked later.</summary>
    public static Option<string[]> Names(string name, string description) =>
        new(name) { HelpName = "NAMES", Description = description, AllowMultipleArgumentsPerToken = true };

    /// <summary>Creates an option that takes a list of shares.</summary>
    public static Option<ImmutableArray<double>> Shares(string name, string description, ImmutableArray<double> standard) => Create<ImmutableArray<double>>(
        name, "LIST", description, standard, ShareList.TryParse, "give shares above 0 and up to 1 with commas between them, such as 1/8,1/4,1/2,1");

    public static Option<int> Whole(string name, string description, int standard, int lowest, int highest) => Create(
        name,
        "N",
        description,
        standard,
        (text, out value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= lowest && value <= highest,
        $"give a whole number from {lowest} to {highest}");

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
